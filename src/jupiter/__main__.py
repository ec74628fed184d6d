"""`python -m jupiter` is `jupiter`, also where the environment's programs are not on PATH."""

from jupiter.cli import main

main()
