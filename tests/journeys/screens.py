"""What a screen may not do, looked at by axe and by the browser itself."""

from collections.abc import Iterable, Iterator
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext

WIDTHS = (360, 1280)
TABLET = 768  # nothing sticks out there either; axe would take as long again and find the same
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Contrast is most of axe's time and the same at every width: it is measured once.
AXE = """([tags, contrast]) => axe.run(document, {
  resultTypes: ['violations'], runOnly: tags, rules: {'color-contrast': {enabled: contrast}},
})"""
# What sticks out of the page at this width, unless something around it scrolls.
OVERFLOW = """() => {
  const page = document.documentElement;
  if (page.scrollWidth <= page.clientWidth + 1) return [];
  const scrolls = e => e && e !== document.body && (/auto|scroll|hidden|clip/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  return [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > page.clientWidth + 1 && !scrolls(e.parentElement))
    .slice(0, 3).map(e => `${e.localName}.${e.className}`);
}"""


class Looker:
    """A page that looks at addresses, in the language that is expected, and keeps what is wrong with them."""

    def __init__(self, context: BrowserContext, language: str = "fr") -> None:
        self.page, self.language = context.new_page(), language
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self._fault(f"script: {error}"))

    def look_at(self, addresses: Iterable[str], *, status: int = 200) -> None:
        for address in addresses:
            self.page.set_viewport_size({"width": WIDTHS[-1], "height": 900})
            answer = self.page.goto(address)
            if answer is None or answer.status != status:
                self._fault(f"answers {answer and answer.status}, not {status}")
            self.look()

    def look(self) -> None:
        """At the page that is open."""
        language = self.page.get_attribute("html", "lang") or ""
        if not language.startswith(self.language):
            self._fault(f"speaks {language!r}, not {self.language!r}")
        self.page.evaluate(AXE_SCRIPT)
        for width in (WIDTHS[0], TABLET, WIDTHS[1]):
            self.page.set_viewport_size({"width": width, "height": 900})
            for element in self.page.evaluate(OVERFLOW):
                self._fault(f"sticks out at {width} px: {element}")
            if width == TABLET:
                continue
            for fault in violations(self.page.evaluate(AXE, [RULES, width == WIDTHS[0]])):
                self._fault(f"{fault} at {width} px")

    def first_link(self, address: str, selector: str) -> str:
        self.page.goto(address)
        return str(self.page.locator(selector).first.evaluate("link => link.href"))

    def _fault(self, words: str) -> None:
        self.faults.append(f"{self.page.url}: {words}")


def violations(result: dict[str, Any]) -> Iterator[str]:
    for violation in result["violations"]:
        targets = ", ".join(str(node["target"][-1]) for node in violation["nodes"][:3])
        yield f"axe {violation['id']} ({targets})"
