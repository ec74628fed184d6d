"""What stands around the portal's pages: its menu, the member's points of sale, the search."""

from django.http import HttpRequest

from jupiter.kit.web.frame import Frame


def frame(request: HttpRequest) -> Frame:
    return Frame()
