// Puts the digits of a keypad into its field at once. Without this script each key is
// a button that brings the page back with the digit in it.
for (const pad of document.querySelectorAll('[data-module="keypad"]')) {
  const input = document.getElementById(pad.dataset.for);
  pad.addEventListener("click", (event) => {
    const key = event.target.closest("button")?.value;
    if (key === undefined) return;
    event.preventDefault();
    input.value = key === "erase" ? input.value.slice(0, -1) : (input.value + key).slice(0, input.maxLength);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
