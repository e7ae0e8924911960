"""Takes the pictures of docs/: python3 -m tests.page.screenshots URL, at the root, of a tenure-graph that
serves the recording; then pngquant --ext .png --force docs/page*.png."""

import sys
from pathlib import Path

from tests.page.browser import browser

FOLDER = Path(__file__).resolve().parents[2] / "docs"
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844, "touch": True}
CART, WEB = "service/lab/shop/cart", "service/lab/shop/web"
VIEWS = (
    ("page", WIDE, ""),
    ("page-edge", WIDE, f"#sel=edge:{WEB}>{CART}&z=-420,60,0.72"),
    ("page-compare", WIDE, "#at=2026-11-24T07:49:00Z&window=1m&base=previous"),
    ("page-address", WIDE, "#sel=address:10.244.0.12"),
    ("page-table", WIDE, "#view=table"),
    ("page-phone", PHONE, ""),
    ("page-phone-node", PHONE, f"#sel=node:{CART}"),
)


def main():
    with browser() as new:
        for theme in ("light", "dark"):
            for name, size, at in VIEWS:
                if theme == "dark" and name not in ("page", "page-edge", "page-phone"):
                    continue
                page = new(theme, **size)
                page.open(sys.argv[1].rstrip("/") + "/" + at, ready="#sheet tr" if "table" in at else "#graph .node")
                page.tab.wait_for_timeout(1500)
                page.tab.screenshot(path=FOLDER / f"{name}{'-dark' if theme == 'dark' else ''}.png")
                page.tab.context.close()


if __name__ == "__main__":
    main()
