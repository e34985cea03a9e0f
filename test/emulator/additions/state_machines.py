"""moto has two Step Functions: one whose executions only say that they succeeded, which is CloudFormation's, and one that runs them. Here both are the latter."""

from moto.stepfunctions import models
from moto.stepfunctions.parser.models import stepfunctions_parser_backends


def register() -> None:
    models.stepfunctions_backends = stepfunctions_parser_backends
