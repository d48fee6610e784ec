// Puts the page that the harbour's machine has written into the board, and asks for news from time to time.

const REFRESH_SECONDS = 60;

async function refresh() {
  const board = document.getElementById("board");
  let answer;
  try {
    answer = await fetch("today.html");
  } catch {
    return; // The network is away. Yesterday's tide is of no use, but the last board still is.
  }
  if (!answer.ok) {
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  board.replaceChildren(...page.body.children);
}

refresh();
setInterval(refresh, REFRESH_SECONDS * 1000);
