"""Why the suite does not start or go on, as one sentence for the person at the screen."""


class Refusal(Exception):
    def __init__(self, sentence: str, status: int = 1) -> None:
        super().__init__(sentence)
        self.status = status
