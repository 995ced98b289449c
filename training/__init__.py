"""The training management system. ``training.app`` builds the application. No code imports this package."""
