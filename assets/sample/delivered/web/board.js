// Puts the page that the harbour's machine has written into the board, and asks for news from time to time.

const REFRESH_SECONDS = 300;

async function refresh() {
  const board = document.getElementById("board");
  const answer = await fetch("today.html");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  board.replaceChildren(...page.body.children);
}

refresh();
setInterval(refresh, REFRESH_SECONDS * 1000);
