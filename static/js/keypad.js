// Puts the digits of a keypad into its field at once. Without this script each key is
// a button that brings the page back with the digit in it.
for (const pad of document.querySelectorAll('[data-module="keypad"]')) {
  const input = document.getElementById(pad.dataset.for);
  const said = document.getElementById(`${input.id}-said`); // only a date has it
  const digits = () => input.value.replace(/\D/g, "");
  const say = () => {
    if (!said) return;
    const n = digits().length;
    const words = said.dataset[n >= 8 ? "done" : n >= 6 ? "day" : n >= 4 ? "month" : "year"];
    said.textContent = words.replace("#Y", digits().slice(0, 4)).replace("#M", digits().slice(4, 6)).replace("#D", digits().slice(6, 8));
  };
  input.addEventListener("input", say);
  pad.addEventListener("click", (event) => {
    const key = event.target.closest("button")?.value;
    if (key === undefined) return;
    event.preventDefault();
    const value = said ? digits() : input.value;
    input.value = key === "erase" ? value.slice(0, -1) : (value + key).slice(0, said ? 8 : input.maxLength);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
