// The copy button appears only where it can work; the link itself can always be selected.
for (const box of document.querySelectorAll("[data-copy]")) {
  const button = box.querySelector("button");
  const input = box.querySelector("input");
  if (!navigator.clipboard || !button) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(input.value);
      box.querySelector("[role=status]").textContent = button.dataset.copied;
    } catch {
      input.select();
    }
  });
}
