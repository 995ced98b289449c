"""What is printed for a training.

Each paper asks ``may_take`` before it is written, because it holds names.

- ``confirmations``: the confirmation of one registration
- ``sign_in_sheets``: who is expected at each session, to be signed
"""
