"""Run in a container of the new image before anything serves from it: gates.before."""

import unittest
from pathlib import Path

from main import front_end


class FrontEnd(unittest.TestCase):
    def test_is_there(self) -> None:
        self.assertIn("melvin", Path(front_end().path).read_text())
