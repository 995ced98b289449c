"""What the house uses of Flask-WTF, which has no types of its own."""
