"""Invocations of Lambda functions: moto means them to run in Docker, here they run in a child process of Node.js, from the very archive that was deployed."""

import hashlib
import io
import json
import os
import subprocess
import zipfile

from moto import settings
from moto.awslambda.models import LambdaFunction
from moto.cloudformation.custom_model import CustomModel

RUNNER = os.path.join(os.path.dirname(__file__), "function.cjs")
PLACE = os.environ["PLACE"]  # for what is unpacked


def unpacked(archive: bytes) -> str:
    directory = os.path.join(PLACE, hashlib.sha256(archive).hexdigest())
    if not os.path.exists(directory):
        zipfile.ZipFile(io.BytesIO(archive)).extractall(directory)
    return directory


def answer_at_once(kinds: list) -> None:
    """Custom resources of these kinds are there as soon as they are asked for; their functions are not run."""
    original = CustomModel.create_from_cloudformation_json

    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        if kwargs["ResourceType"] not in kinds:
            return original(resource_name, cloudformation_json, account_id, region_name, **kwargs)
        resource = cls(region_name, kwargs["LogicalId"], kwargs["LogicalId"], resource_name)
        resource.set_data({})
        return resource

    CustomModel.create_from_cloudformation_json = classmethod(create_from_cloudformation_json)


def register(answered: list, node: str) -> None:
    answer_at_once(answered)

    def invoke(self, event=None):
        environment = {
            "PATH": os.environ["PATH"],
            "AWS_ENDPOINT_URL": f"{settings.moto_server_host()}:{settings.moto_server_port()}",
            "AWS_REGION": self.region,
            "AWS_ACCESS_KEY_ID": "emulated",
            "AWS_SECRET_ACCESS_KEY": "emulated",
            "AWS_LAMBDA_FUNCTION_NAME": self.function_name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory_size),
            "LAMBDA_TASK_ROOT": unpacked(self.code_bytes),
            "_HANDLER": self.handler,
            **self.environment_vars,
        }
        call = json.dumps({"event": event, "functionName": self.function_name, "functionArn": self.function_arn, "timeoutSeconds": self.timeout})
        child = subprocess.run([node, RUNNER], input=call, env=environment, capture_output=True, text=True, timeout=self.timeout + 10, check=False)
        self.save_logs(child.stderr)
        return child.stdout.splitlines()[-1] if child.stdout else "null", child.returncode != 0, child.stderr

    original_save_logs = LambdaFunction.save_logs

    def save_logs(self, output: str) -> None:
        self.logs_backend.ensure_log_group(self.logs_group_name)
        original_save_logs(self, output)

    LambdaFunction._invoke_lambda = invoke
    LambdaFunction.save_logs = save_logs
