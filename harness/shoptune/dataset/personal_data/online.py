"""What a person is known by on the net: IP and hardware addresses, user names, handles, profiles."""

import re
from collections import Counter
from ipaddress import ip_address, ip_network

from shoptune.dataset.personal_data.words import after, replace

__all__ = ["mask_ips", "mask_users"]

_V4 = re.compile(r"(?<![\w.])(?:\d{1,3}(?:\.|\[\.\])){3}\d{1,3}(?![\w]|\.\d)")
_V6 = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f]{1,4})?(?![\w:])")
_HARDWARE = re.compile(r"(?<![\w:-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])")
_EVERYBODYS = tuple(
    map(ip_network, ("0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::/127"))
)
"""The addresses that any router and computer has: a manual's, and nobody's own."""
_VERSION = re.compile(
    r"\b(?:v|version|firmware|release|software|update|build|driver|app|ios|android)\s?\Z", re.IGNORECASE
)

_SERVICES = (
    r"(?:instagram|insta|ig|facebook|fb|twitter|tiktok|snapchat|snap|telegram|discord|skype|pinterest|youtube|linkedin"
    r"|reddit|twitch|mastodon|threads|steam|psn|xbox|wechat|vk|x|vimeo|soundcloud|patreon)"
)
_NAMED = after(
    "user names",
    r"(?:\s?(?i:name|account|id|handle|is|was|ist|lautet|war|heißt|est|es|è|jest|to|é)){0,2}(?:\s?[:=]\s{0,2}|\s{1,2})[\"'“„(]?",
    r"@?[\w](?:[\w.-]{1,62})[\w](?:#\d{4})?",
)
_EVERYDAY = re.compile(r"(?:snap|steam|threads|signal|nutzer|line)(?!\w)", re.IGNORECASE)  # words of shops as well
_HANDLE = re.compile(r"(?<![\w@/.+-])@[A-Za-z_](?:\w|\.(?=\w)){2,29}(?![\w@])")
_PROFILE = re.compile(
    rf"(?<![\w-])((?:https?://)?(?:www\.|m\.)?{_SERVICES}\.(?:com|net|gg|tv)/(?:in/|@|add/|user/|u/|people/|channel/|profile\.php\?id=)?"
    r"|(?:t\.me|wa\.me|bsky\.app/profile|steamcommunity\.com/(?:id|profiles))/)"
    r"(?!\[)([\w.%-]{2,64})",
    re.IGNORECASE,
)


def mask_ips(text: str, found: Counter[str]) -> str:
    """Return `text` with ``[ip]`` for each address of the internet protocol or of a network card."""
    if ":" in text or "-" in text:
        text = replace(_HARDWARE, text, lambda _: "[ip]", "ip", found)
        text = replace(_V6, text, _masked_v6, "ip", found)  # first: "::ffff:192.0.2.1" ends like one of version 4
    return replace(_V4, text, _masked_v4, "ip", found) if "." in text else text


def mask_users(text: str, found: Counter[str]) -> str:
    """Return `text` with ``[user]`` for user names after a word for them, handles and profiles of social networks."""
    if "/" in text:
        text = replace(_PROFILE, text, lambda match: f"{match[1]}[user]", "user", found)
    text = _NAMED.replace(text, _masked_user, "user", found)
    return replace(_HANDLE, text, lambda _: "[user]", "user", found) if "@" in text else text


def _masked_user(match: re.Match[str]) -> str:
    """Mask what has the look of a user name, or any word after a colon; a number ("a handle is 18.00") is neither."""
    if not any(map(str.isalpha, match[2])):
        return match[0]
    is_loose = _EVERYDAY.match(match[1])
    looks = re.search(r"[\d_@#]|\w\.\w|[a-z][A-Z]", match[2])
    return f"{match[1]}[user]" if looks or (not is_loose and (":" in match[1] or "=" in match[1])) else match[0]


def _masked_v4(match: re.Match[str]) -> str:
    if _VERSION.search(match.string[max(0, match.start() - 12) : match.start()]):
        return match[0]
    return "[ip]" if _is_address(match[0].replace("[.]", ".")) else match[0]


def _masked_v6(match: re.Match[str]) -> str:
    return "[ip]" if len(re.findall(r"[0-9A-Fa-f]+", match[0])) > 1 and _is_address(match[0]) else match[0]


def _is_address(text: str) -> bool:
    """Whether it is one address of the internet, and not one that every home has."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return not any(address in network for network in _EVERYBODYS if network.version == address.version)
