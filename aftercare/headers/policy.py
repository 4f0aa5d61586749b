"""The Content-Security-Policy of every page but those of the admin."""

from __future__ import annotations

from typing import Any

from csp.constants import NONCE, NONE, SELF


def content_security_policy(reports: str) -> dict[str, dict[str, Any]]:
    """Return the policy; browsers report what they refused to the path `reports`."""
    return {
        "DIRECTIVES": {
            "default-src": [NONE],
            "script-src": [SELF, NONCE],
            "style-src": [SELF, NONCE],
            # blob: the preview of a picture that is being sent.
            "img-src": [SELF, "data:", "blob:"],
            "connect-src": [SELF],
            "form-action": [SELF],
            "base-uri": [NONE],
            "frame-ancestors": [NONE],
            "manifest-src": [SELF],
            "report-uri": [reports],
        }
    }
