// Leave at once: cover the page, then replace it, so that Back does not show it. Without script the link still works.
const link = document.querySelector(".exit");
let presses = [];

function leave(event) {
  event?.preventDefault();
  document.documentElement.classList.add("gone");
  document.title = "\u00a0";
  location.replace(link.href);
}

if (link) {
  link.addEventListener("click", leave);
  addEventListener("keyup", ({ key, timeStamp }) => {
    presses = key === "Shift" ? [...presses.filter((time) => timeStamp - time < 2000), timeStamp] : [];
    if (presses.length > 2) leave();
  });
}
