"""Sends one message through Apprise.  Only importer of `apprise`, an optional library, loaded when it is used."""

from __future__ import annotations

MISSING = "the library apprise is not installed: pip install 'amp-fsm[notify]'"


def send(url: str, title: str, body: str) -> str:
    """Send a message to an Apprise URL; return why it could not be sent, empty when it was."""
    try:
        import apprise
    except ImportError:
        return MISSING
    channel = apprise.Apprise()
    if not channel.add(url):
        return "its url is none that Apprise knows"
    return "" if channel.notify(title=title, body=body) else "it could not be reached, or refused the message"
