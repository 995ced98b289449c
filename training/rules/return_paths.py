"""The way back of a letter: an envelope sender and a Message-ID of its own, which nobody can guess.

A report about a letter goes to its envelope sender, such as ``bounces+<id><proof>@training.example.org``, and quotes
its Message-ID. The proof is made of the instance's secret, the letter and the address to which it was sent. So a
stranger cannot say of any letter that it came back, and an old report says nothing of a corrected address.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from uuid import UUID

from training.rules import addresses

MOST_NAME = 21
"""How long the part before the @ of a bounce address may be: 64 characters are allowed, and the mark takes 43."""
ENVELOPE = re.compile(r"\+([a-z2-7]{26})([a-z2-7]{16})@", re.IGNORECASE)
MESSAGE_ID = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([a-z2-7]{16})@", re.IGNORECASE)


@dataclass(frozen=True)
class Mark:
    """A letter that a report names, and the proof that the report is about it."""

    letter: UUID
    proof: str

    def is_proven(self, address: str, secret_key: str) -> bool:
        """Whether the letter was sent from here to this address."""
        return hmac.compare_digest(self.proof, proof(self.letter, address, secret_key))


def proof(letter: UUID, address: str, secret_key: str) -> str:
    """What only this instance can write about the letter to the address."""
    said = b"return-path\x00" + letter.bytes + addresses.key(address).encode()
    return _letters(hmac.digest(secret_key.encode(), said, hashlib.sha256)[:10])


def envelope_sender(bounce_address: str, letter: UUID, proof: str) -> str:
    """The address to which a report about the letter comes back."""
    name, _, domain = bounce_address.rpartition("@")
    return f"{name}+{_letters(letter.bytes)}{proof}@{domain}"


def message_id(letter: UUID, proof: str, host: str) -> str:
    """The Message-ID of the letter, the same at every try to this address."""
    return f"<{letter}.{proof}@{host}>"


def in_addresses(text: str) -> list[Mark]:
    """The letters to whose envelope senders a report was sent."""
    return [
        Mark(UUID(bytes=base64.b32decode(letter.upper() + "======")), proof.lower())
        for letter, proof in ENVELOPE.findall(text)
    ]


def in_quotes(text: str) -> list[Mark]:
    """The letters whose Message-IDs a report quotes."""
    return [Mark(UUID(letter), proof.lower()) for letter, proof in MESSAGE_ID.findall(text)]


def _letters(number: bytes) -> str:
    return base64.b32encode(number).decode().rstrip("=").lower()
