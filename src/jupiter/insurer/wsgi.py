"""What a web server loads."""

import os

from jupiter.kit.web import posted

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jupiter.insurer.settings")
application = posted.application()
