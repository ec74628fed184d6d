"""Declaration: a sale as the hub was told of it, completed, declared once, and followed to its policy."""
