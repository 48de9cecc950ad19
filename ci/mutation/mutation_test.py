"""What a mutation run makes of a source, and what it concludes."""

import argparse
import contextlib
import io
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.dont_write_bytecode = True

from ci.mutation import batches, judging, mutate, sources  # noqa: E402

ORIGINAL = """// A comment.
bool Monitor::F(int x) {
  const int y = host_.IdleProcessors() + host_.SpinningThreads();
  if (x > 0 && y > 0) return Take(x);
  host_.HandOff(x);
  return G() && Take(y);
}
"""
PATH = "runtime/sysmon/f.cc"


class ChangeTest(unittest.TestCase):
    def test_a_change_knows_its_line_and_function(self):
        change = sources.make_change(PATH, ORIGINAL, ORIGINAL.replace("x > 0", "x >= 0"))
        self.assertEqual((4, "Monitor::F"), (change.line, change.function))
        self.assertEqual("if (x > 0 && y > 0) return Take(x);", change.before)
        self.assertEqual("if (x >= 0 && y > 0) return Take(x);", change.after)

    def test_what_only_a_reader_sees_is_no_change(self):
        self.assertIsNone(sources.make_change(PATH, ORIGINAL, ORIGINAL.replace("A comment", "B")))
        self.assertIsNone(sources.make_change(PATH, ORIGINAL, ORIGINAL + "\n"))

    def test_right_changes_read_more_and_reorder_only_what_has_no_effect(self):
        with tempfile.NamedTemporaryFile("w", suffix=".cc") as file:
            file.write(ORIGINAL)
            file.flush()
            changes = sources.right_changes(file.name)
        after = "\n".join(change.after for change in changes)
        self.assertIn("(void)host_.StopPending();", after)
        self.assertIn("host_.SpinningThreads() + host_.IdleProcessors();", after)
        self.assertIn("if (y > 0 && x > 0) return Take(x);", after)
        self.assertNotIn("Take(y) && G()", after)
        for change in changes:
            self.assertEqual(ORIGINAL.count("HandOff"), change.text.count("HandOff"))


class BatchTest(unittest.TestCase):
    def test_each_change_is_a_monitor_with_a_name_of_its_own(self):
        original = "#include <vector>\nvoid Monitor::Run() {\n  Take(1);\n}\n"
        changes = [
            sources.make_change("f.cc", original, original.replace("1", str(number)))
            for number in (2, 3)
        ]
        header = "#ifndef A\nclass Monitor {\n  ~Monitor();\n};\n#endif\n"
        text = batches.text_of(header, {"f.cc": original}, changes, [1])
        self.assertIn('# 1 "mutant_1"', text)
        self.assertIn("class Monitor_1 {\n  ~Monitor_1();", text)
        self.assertIn("void Monitor_1::Run() {\n  Take(3);", text)
        self.assertNotIn("Monitor_0", text)
        self.assertIn("if (RunChosen(host_, constants_)) return;\n  Take(1);", text)
        self.assertIn("case 1: Monitor_1(host, constants).Run();", text)

    def test_what_would_spoil_the_others_is_left_out(self):
        self.assertTrue(batches.is_balanced("f() { return x[0]; } // }\n"))
        for text in ("f() { ", "f() } {", "f(x];", "a /* b"):
            self.assertFalse(batches.is_balanced(text), text)


class ConclusionTest(unittest.TestCase):
    def setUp(self):
        self.changes = [
            sources.make_change(PATH, ORIGINAL, ORIGINAL.replace("x > 0", new))
            for new in ("x >= 0", "x < 0")
        ]

    def conclude(self, verdicts, reasons, subject="monitor"):
        arguments = argparse.Namespace(subject=subject, sample=None, files="*")
        results = [
            (change, judging.Outcome(verdict, "CAD-1"))
            for change, verdict in zip(self.changes, verdicts)
        ]
        printed = io.StringIO()
        originals = {PATH: ORIGINAL}
        with contextlib.redirect_stdout(printed):
            status = mutate.conclude(
                arguments, self.changes, results, reasons, originals, seconds=1
            )
        return status, printed.getvalue()

    def test_all_killed_is_good(self):
        status, text = self.conclude(["killed", "killed"], {})
        self.assertEqual(0, status)
        self.assertIn("2 compiled, 2 killed, 0 equivalent, 0 survivors", text)

    def test_a_survivor_is_shown_as_a_diff(self):
        status, text = self.conclude(["survived", "killed"], {})
        self.assertEqual(1, status)
        self.assertIn("+  if (x >= 0 && y > 0) return Take(x);", text)

    def test_a_survivor_with_a_reason_is_equivalent(self):
        reasons = {self.changes[0].key: "x is never 0"}
        status, text = self.conclude(["survived", "killed"], reasons)
        self.assertEqual(0, status)
        self.assertIn("1 equivalent, 0 survivors", text)

    def test_a_reason_for_what_is_killed_or_not_made_is_stale(self):
        reasons = {self.changes[0].key: "x is never 0"}
        self.assertEqual(1, self.conclude(["killed", "killed"], reasons)[0])
        status, text = self.conclude(["killed", "killed"], {(PATH, "", "a", "b"): "gone"})
        self.assertEqual(1, status)
        self.assertIn("STALE", text)

    def test_a_right_change_that_is_killed_is_a_false_accusation(self):
        status, text = self.conclude(["killed", "survived"], {}, "right")
        self.assertEqual(1, status)
        self.assertIn("FALSE ACCUSATION by CAD-1", text)
        self.assertEqual(0, self.conclude(["survived", "survived"], {}, "right")[0])


if __name__ == "__main__":
    unittest.main()
