// Turns the board dark, and remembers it for this screen.

const button = document.getElementById("night");

function show(isNight) {
  document.body.classList.toggle("night", isNight);
  button.textContent = isNight ? "Day watch" : "Night watch";
}

button.addEventListener("click", () => {
  const isNight = !document.body.classList.contains("night");
  localStorage.setItem("night", isNight ? "yes" : "no");
  show(isNight);
});

show(localStorage.getItem("night") === "yes");
