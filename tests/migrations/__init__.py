"""Tests of the migrations, and of what writes them."""
