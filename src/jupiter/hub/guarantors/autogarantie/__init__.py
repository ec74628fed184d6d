"""Auto Garantie: known to the network, cannot receive a declaration from here yet."""
