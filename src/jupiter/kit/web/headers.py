"""What each answer says beside its content, made once or not at all where it is always the same."""

import re
from functools import cached_property
from typing import Any

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

WORTH_PRESSING = re.compile(r"text/|application/(\S+\+)?(json|xml|javascript)\b|image/svg\+xml")


class Compressed(GZipMiddleware):
    """Papers, pictures, fonts and workbooks are compressed already: pressing them again takes longer than printing them."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not WORTH_PRESSING.match(response.headers.get("Content-Type", "")):
            return response
        pressed: HttpResponseBase = super().process_response(request, response)
        return pressed


class SecurityPolicy(CSPMiddleware):
    """No page of ours has a nonce or a policy of its own: the library's header is the same for all."""

    def process_request(self, request: HttpRequest) -> None:
        return

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault(HEADER, self._policy)
        return response

    @cached_property
    def _policy(self) -> Any:
        return build_policy()
