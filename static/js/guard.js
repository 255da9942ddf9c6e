// A second press must not send a form twice. Buttons sleep after the first and wake when the page is shown again.
const asleep = new Set();

addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  asleep.add(form);
  // After this turn, so that the pressed button's own name and value still travel with the form.
  setTimeout(() => setDisabled(form, true));
  // No answer (no signal): let the person try again with what is on the page.
  setTimeout(wake, 15000);
});

function setDisabled(form, disabled) {
  for (const element of form.elements) if (element.type === "submit") element.disabled = disabled;
}

function wake() {
  for (const form of asleep) {
    delete form.dataset.sent;
    setDisabled(form, false);
  }
  asleep.clear();
}

addEventListener("pageshow", wake);
