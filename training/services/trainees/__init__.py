"""The people to be trained, each of them once.

A partner sees its own agency's people only. People whom a partner adds are compared with these only.

- ``records``: what is known of a person, and the transfer to another agency
- ``duplicates``: pairs of records that may be one person
"""
