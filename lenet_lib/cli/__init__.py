"""The words of the command line; torch and the like are imported only inside the commands."""

from __future__ import annotations

import io
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lenet_lib.cli.predict import predict_command
from lenet_lib.cli.report import report_command
from lenet_lib.cli.study import study_command
from lenet_lib.cli.words import UsageError, wrong_words
from lenet_lib.errors import LenetError, missing_extra
from lenet_lib.names import DatasetName, RecipeName

if TYPE_CHECKING:
    import torch

    from lenet_lib.data import Dataset
    from lenet_lib.experiments.run import Run
    from lenet_lib.training.recipe import Recipe

app = typer.Typer(
    help="Handwritten digit recognition with LeNet on MNIST.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


RecipeOption = Annotated[RecipeName, typer.Option("--recipe", help="Named training settings.")]
SeedOption = Annotated[
    int, typer.Option("--seed", min=0, max=2**31 - 1, help="Decides all that is random.")
]
EpochsOption = Annotated[
    int | None,
    typer.Option(
        "--epochs", min=1, max=10_000, help="Passes over the training set.  [the recipe's]"
    ),
]
DatasetOption = Annotated[DatasetName, typer.Option("--dataset", help="What to train and test on.")]
DataDirOption = Annotated[
    Path | None,
    typer.Option(
        "--data-dir", help="Folder with MNIST/raw/…  [$LENET_DATA, else data/, else a download]"
    ),
]
DeviceOption = Annotated[
    str | None, typer.Option("--device", help="cpu, cuda, mps, …  [the accelerator, if any]")
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", help="This run's folder.  [runs/<dataset>-<recipe>-seed<k>]"),
]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Print the results alone.")]
ResumeOption = Annotated[
    bool,
    typer.Option(
        "--resume/--no-resume", help="Go on with an unfinished run, or start it over from nothing."
    ),
]


@app.command()
def run(
    recipe: RecipeOption = RecipeName.FAST,
    seed: SeedOption = 0,
    epochs: EpochsOption = None,
    dataset: DatasetOption = DatasetName.MNIST,
    data_dir: DataDirOption = None,
    device: DeviceOption = None,
    out: OutOption = None,
    quiet: QuietOption = False,
    resume: ResumeOption = True,
) -> None:
    """Train LeNet, evaluate it, and print loss, accuracy, report and confusion matrix.

    Without MNIST on this machine or a way to download it, scikit-learn's digits stand in.
    """
    from lenet_lib.training.device import choose_device
    from lenet_lib.training.recipe import get_recipe

    _no_folder_for_digits(dataset, data_dir)
    place = choose_device(device)
    settings = get_recipe(recipe.value, epochs=epochs)
    digits = _load_or_stand_in(dataset.value, data_dir)
    with ExitStack() as stack:
        here, model = _train(
            digits, settings, seed, place, out, quiet=quiet, resume=resume, stack=stack
        )
        metrics = here.evaluate(digits, model, place)
    typer.echo(f"{digits.title}, recipe {settings.name}, seed {seed}")
    typer.echo(metrics.summary())
    if not quiet:
        typer.echo(f"\nAll of this is in {here.folder / 'metrics.json'}.")


@app.command()
def train(
    recipe: RecipeOption = RecipeName.FAST,
    seed: SeedOption = 0,
    epochs: EpochsOption = None,
    dataset: DatasetOption = DatasetName.MNIST,
    data_dir: DataDirOption = None,
    device: DeviceOption = None,
    out: OutOption = None,
    quiet: QuietOption = False,
    resume: ResumeOption = True,
) -> None:
    """Train LeNet and save its weights; the test set is not looked at."""
    from lenet_lib.data import load
    from lenet_lib.training.device import choose_device
    from lenet_lib.training.recipe import get_recipe

    _no_folder_for_digits(dataset, data_dir)
    place = choose_device(device)
    settings = get_recipe(recipe.value, epochs=epochs)
    digits = load(dataset.value, data_dir)
    with ExitStack() as stack:
        here, _ = _train(
            digits, settings, seed, place, out, quiet=quiet, resume=resume, stack=stack
        )
    typer.echo(f"Weights: {here.weights}")


@app.command()
def evaluate(
    target: Annotated[Path, typer.Argument(help="A run's folder, or a .safetensors file.")],
    dataset: Annotated[
        DatasetName | None,
        typer.Option("--dataset", help="Test on this.  [what it was trained on]"),
    ] = None,
    data_dir: DataDirOption = None,
    device: DeviceOption = None,
) -> None:
    """Measure trained weights on the test set."""
    from lenet_lib.data import load
    from lenet_lib.experiments.run import Run, test
    from lenet_lib.models import load_weights, read_metadata
    from lenet_lib.training.device import choose_device

    _no_folder_for_digits(dataset, data_dir)
    place = choose_device(device)
    here = Run(target) if target.is_dir() else None
    trained_on = here.config()["dataset"] if here else None
    model = load_weights(here.weights if here else target)
    trained_on = trained_on or read_metadata(target).get("dataset", "mnist")
    digits = load(dataset.value if dataset else str(trained_on), data_dir)
    own = here is not None and digits.name == trained_on
    metrics = here.evaluate(digits, model, place) if here and own else test(model, digits, place)
    typer.echo(f"{digits.title}, weights of {target}")
    typer.echo(metrics.summary())


app.command("predict")(predict_command)
app.command("study")(study_command)
app.command("report")(report_command)


def _train(
    digits: Dataset,
    settings: Recipe,
    seed: int,
    place: torch.device,
    out: Path | None,
    *,
    quiet: bool,
    resume: bool,
    stack: ExitStack,
) -> tuple[Run, torch.nn.Module]:
    """Train in the run's folder, saying what is done; it is this process's until the stack ends."""
    from lenet_lib.experiments.run import Run, default_folder

    here = Run(out or default_folder(digits.name, settings, seed))
    stack.enter_context(here.alone())
    here.prepare(digits.name, settings, seed, resume=resume)
    state = here.state()
    if not quiet:
        _introduce(digits, settings, seed, place)
    if state != "new":
        done = "is finished: its weights are used" if state == "finished" else "goes on"
        typer.echo(f"The run in {here.folder} {done} (--no-resume starts it over).\n")
    try:
        model = here.train(digits, settings, seed, place, progress=not quiet)
    except KeyboardInterrupt:
        typer.echo(f"\nInterrupted; the same command goes on from {here.folder}.", err=True)
        raise typer.Exit(130) from None
    return here, model


def _introduce(digits: Dataset, settings: Recipe, seed: int, place: torch.device) -> None:
    """Print the network's summary and the settings."""
    from torchinfo import summary

    from lenet_lib.models import NETWORKS

    model = NETWORKS[settings.network]()
    columns = ("kernel_size", "output_size", "num_params", "mult_adds")
    typer.echo(str(summary(model, (1, 1, 28, 28), col_names=columns, verbose=0, device="cpu")))
    teacher = settings.teacher and settings.teacher.name
    values = settings.settings() | {"teacher": teacher}
    listed = ", ".join(f"{name} {value}" for name, value in values.items())
    typer.echo(
        f"Data: {digits.title}, {len(digits.train):,} images to train on, {len(digits.test):,} to "
        f"test on\nRecipe: {listed}\nSeed {seed}, device {place}\n"
    )


def _no_folder_for_digits(dataset: DatasetName | None, data_dir: Path | None) -> None:
    """Refuse two options that contradict each other."""
    if dataset is DatasetName.DIGITS and data_dir is not None:
        raise typer.BadParameter("--data-dir is not for --dataset digits, which scikit-learn has.")


def _load_or_stand_in(name: str, data_dir: Path | None) -> Dataset:
    """Load a data set; if MNIST can't be had at all, say so loudly and take the small digits."""
    from lenet_lib.data import load
    from lenet_lib.data.download import DownloadError

    try:
        return load(name, data_dir)
    except DownloadError as error:
        if name != "mnist":
            raise
        line = "!" * 88
        typer.echo(
            f"{line}\n!!  THIS IS NOT MNIST.\n!!  {error}\n!!  scikit-learn's 1,797 small digits "
            f"stand in: the numbers below say nothing about MNIST.\n{line}\n"
        )
        return load("digits")


def main() -> None:
    """Run the command line.

    A user's mistake becomes one sentence on stderr and exit code 1, or 2 if it is in the words.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a locale without “–” is no reason to fail
            stream.reconfigure(errors="replace")
    try:
        code = app(standalone_mode=False)
    except UsageError as error:
        typer.echo(f"Error: {wrong_words(error)}", err=True)
        sys.exit(2)
    except LenetError as error:
        typer.echo(f"Error: {error}", err=True)
        sys.exit(1)
    except ModuleNotFoundError as error:
        if (mistake := missing_extra(error)) is None:
            raise
        typer.echo(f"Error: {mistake}", err=True)
        sys.exit(1)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        typer.echo(f"Error: {place}{error.strerror or error}.", err=True)
        sys.exit(1)
    sys.exit(code)
