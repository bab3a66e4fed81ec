// The one-time link posts itself: looking at it (a mail scanner does) must not use it up. Without this, there is the button.
document.querySelector("[data-enter]").requestSubmit();
