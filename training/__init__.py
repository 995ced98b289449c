"""The training management system; nobody imports this package root, ``training.app`` builds the application."""
