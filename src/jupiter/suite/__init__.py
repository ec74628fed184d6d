"""The three services and their database, started, watched and stopped together. Imports none of them."""
