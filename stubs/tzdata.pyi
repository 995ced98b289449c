"""What the house uses of tzdata, which has no types of its own."""

IANA_VERSION: str
