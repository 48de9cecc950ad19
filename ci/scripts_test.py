"""What the scripts of this folder conclude: figures of fuzzers, shards merged, nights compared."""

import contextlib
import importlib.machinery
import importlib.util
import io
import json
import os
import pathlib
import sys
import tempfile
import unittest
import zipfile

sys.dont_write_bytecode = True
FOLDER = pathlib.Path(__file__).resolve().parent


def load(name):
    loader = importlib.machinery.SourceFileLoader(name, str(FOLDER / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    sys.modules[name] = module
    loader.exec_module(module)
    return module


fuzz, gather, nightly = load("fuzz"), load("gather"), load("nightly")


def results(verdict, triggers, expected=True, name="go"):
    return {
        "schema": "proctor-results/2",
        "implementation": {"name": name, "version": "1|2", "profile": "go1.20"},
        "verdicts": [
            {
                "clause": "CAD-2",
                "tier": "O",
                "verdict": verdict,
                "expected": expected,
                "triggers": triggers,
                "message": "a <b> | c",
            }
        ],
        "exit_status": 0,
    }


class Fuzz(unittest.TestCase):
    def test_figures_are_those_that_the_fuzzer_prints(self):
        log = (
            "#2048 NEW cov: 17 ft: 5 corp: 3/9b\n#4096 NEW cov: 291 ft: 354 corp: 40/1600b\n"
            "stat::number_of_executed_units: 4242\nstat::average_exec_per_sec:     70\n"
        )
        figures = fuzz.parse_log(log)
        self.assertEqual(figures["executions"], 4242)
        self.assertEqual(figures["executions_per_s"], 70)
        self.assertEqual((figures["branches"], figures["inputs"]), (291, 40))
        self.assertEqual(set(fuzz.parse_log("").values()), {0})

    def test_every_target_is_known(self):
        targets = fuzz.known_targets()
        self.assertIn("canary", targets)
        self.assertGreaterEqual(len(targets), 15)


class Gather(unittest.TestCase):
    def merged(self, *shards):
        return gather.merge([(str(number), shard) for number, shard in enumerate(shards)])

    def test_the_gravest_verdict_wins_and_triggers_add_up(self):
        shards = [results("conforms", 3), results("violates", 2, False), results("timeout", 1)]
        for order in (shards, shards[::-1]):
            merged = self.merged(*order)
            self.assertEqual(merged["verdicts"][0]["verdict"], "violates")
            self.assertEqual(merged["verdicts"][0]["triggers"], 6)
            self.assertEqual(merged["exit_status"], 1)

    def test_what_is_expected_by_all_is_green_and_what_was_not_judged_is_not(self):
        both = self.merged(results("conforms", 1), results("conforms", 2))
        self.assertEqual(both["exit_status"], 0)
        unjudged = dict(results("conforms", 1), unjudged=["--clauses: none"])
        self.assertEqual(self.merged(results("conforms", 1), unjudged)["exit_status"], 2)

    def test_a_shard_without_verdicts_that_failed_is_not_forgotten(self):
        failed = dict(results("conforms", 1), verdicts=[], exit_status=3)
        self.assertEqual(self.merged(results("conforms", 1), failed)["exit_status"], 3)

    def test_results_of_two_implementations_are_refused(self):
        with self.assertRaises(gather.Unreadable):
            self.merged(results("conforms", 1), results("conforms", 1, name="gccgo"))

    def test_folders_and_archives_are_read_and_nonsense_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            inner = pathlib.Path(folder) / "shard" / "test.outputs"
            inner.mkdir(parents=True)
            with zipfile.ZipFile(inner / "outputs.zip", "w") as archive:
                archive.writestr("run/results.json", json.dumps(results("conforms", 1)))
            (inner.parent / "results.json").write_text(json.dumps(results("conforms", 1)))
            found = list(gather.texts_of(pathlib.Path(folder)))
            self.assertEqual(len(found), 2)
            (inner / "outputs.zip").write_text("no archive")
            with self.assertRaises(gather.Unreadable):
                list(gather.texts_of(pathlib.Path(folder)))
        for text in ("", "[]", "{}", '{"schema": "proctor-results/9"}', json.dumps({"schema": 1})):
            with self.assertRaises(gather.Unreadable):
                gather.parse(text, "x")

    def test_foreign_text_stays_in_its_cell(self):
        page = gather.markdown(self.merged(results("conforms", 1)), [("x\n|y", results("x", 1))])
        self.assertNotIn("<b>", page)
        self.assertIn("a \\<b\\> \\| c", page)
        self.assertIn("x?\\|y", page)


class Nightly(unittest.TestCase):
    def run_stages(self, *commands, within=20):
        out = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR")))
        night = nightly.Night(seed=1, out=out, budget_s=within)
        stages = [
            nightly.Stage(f"stage{number}", 1, lambda night, s, command=command: command)
            for number, command in enumerate(commands)
        ]
        with contextlib.redirect_stdout(io.StringIO()):
            nightly.run_stages(night, stages)
        return stages

    def test_what_failed_is_red_and_what_is_absent_or_cut_is_not_green(self):
        stages = self.run_stages(["true"], ["false"], ["sh", "-c", "exit 2"], None)
        self.assertEqual(
            [stage.outcome for stage in stages],
            [nightly.GREEN, nightly.RED, nightly.CUT, nightly.ABSENT],
        )
        self.assertEqual(nightly.exit_status(stages), 1)
        self.assertEqual(nightly.exit_status(stages[2:]), 2)
        self.assertEqual(nightly.exit_status(stages[:1]), 0)

    def test_a_stage_that_does_not_end_is_ended(self):
        (stage,) = self.run_stages(["tail", "-f", "/dev/null"], within=1)
        self.assertEqual(stage.outcome, nightly.CUT)

    def test_what_differs_from_the_last_night_is_said(self):
        def line(outcome, value):
            return {"stages": [{"name": "fuzz", "outcome": outcome, "figures": {"n": value}}]}

        self.assertIn("no earlier run", nightly.differences(None, line("green", 1))[0])
        same = nightly.differences(line("green", 9), line("green", 8))
        self.assertIn("no outcome differs", same[0])
        changes = nightly.differences(line("green", 100), line("red", 10))
        self.assertEqual(changes, ["fuzz: was green, is red", "fuzz: n was 100, is 10"])

    def test_every_model_test_is_found(self):
        self.assertGreaterEqual(len(nightly.model_tests()), 6)


if __name__ == "__main__":
    unittest.main()
