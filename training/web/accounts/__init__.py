"""Pages of accounts: ``sign_ins``, ``users`` for administrators, ``colleagues`` for lead focal points."""
