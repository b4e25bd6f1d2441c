"""What stands on paper: the words of a PDF with their rectangles, and those that lie over each other."""

from __future__ import annotations

from dataclasses import dataclass

CM = "1cm"
A_HAIR = 1.5
"""Points by which neighbouring letters may touch."""


@dataclass(frozen=True)
class Box:
    """One run of text and its rectangle, in points from the lower left corner."""

    text: str
    left: float
    bottom: float
    right: float
    top: float

    def covers(self, other: Box) -> bool:
        """Return whether two runs lie over each other by more than a hair."""
        across = min(self.right, other.right) - max(self.left, other.left)
        along = min(self.top, other.top) - max(self.bottom, other.bottom)
        return across > A_HAIR and along > A_HAIR


Page = tuple[tuple[float, float], list[Box]]


def pages(pdf: bytes) -> list[Page]:
    """Return the size of each page with the boxes of its text; takes seconds."""
    import pypdfium2

    found = []
    for page in pypdfium2.PdfDocument(pdf):
        text = page.get_textpage()
        boxes = []
        for at in range(text.count_rects()):
            left, bottom, right, top = text.get_rect(at)
            boxes.append(Box(text.get_text_bounded(left, bottom, right, top).strip(), left, bottom, right, top))
        found.append((page.get_size(), [box for box in boxes if box.text]))
    return found


def overlaps(printed: list[Page]) -> list[tuple[str, str]]:
    """Return every two runs of text of which one covers the other."""
    return [
        (first.text, second.text)
        for _, boxes in printed
        for at, first in enumerate(boxes)
        for second in boxes[at + 1 :]
        if first.covers(second)
    ]


def words(pdf: bytes) -> str:
    """Return all that stands on the paper."""
    import pypdfium2

    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))
