"""moto's server on a free port of the loopback interface, with what moto lacks for our stacks (additions).

Prints the port. Ends when its standard input does, so that it never outlives the test that started it, however that ended.
"""

import json
import os
import sys
import threading

LONGEST_LIFE_SECONDS = 30 * 60


def main() -> None:
    os.environ["TEST_SERVER_MODE"] = "true"
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"  # `cdk bootstrap` attaches some of AWS's

    from moto import settings
    from moto.cloudformation import utils
    from moto.core.config import default_user_config
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer

    from additions import deletions, elastic_file_system, functions, resources, roles, simulation, state_machines

    stand_ins = json.loads(os.environ["STAND_INS"])
    resources.register(stand_ins["resources"])
    functions.register(stand_ins["customResources"], os.environ["NODE"])
    elastic_file_system.register()
    deletions.register()
    roles.register()
    simulation.register()
    state_machines.register()

    # the executions of state machines are run, by the interpreter that moto shares with LocalStack
    default_user_config["stepfunctions"]["execute_state_machine"] = True

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    port = server.get_host_and_port()[1]
    os.environ["MOTO_PORT"] = str(port)
    settings.moto_server_host = lambda: "http://127.0.0.1"  # moto means its functions to run in Docker, ours do not
    take_templates_from_paths(utils)
    print(port, flush=True)

    threading.Timer(LONGEST_LIFE_SECONDS, lambda: os._exit(1)).start()
    sys.stdin.read()
    os._exit(0)


def take_templates_from_paths(utils) -> None:
    """moto looks for the bucket of a TemplateURL in the name of the host, unless that is `localhost`; the SDK puts it into the path where the host is an address."""
    from moto.cloudformation import models, responses

    original = utils.get_stack_from_s3_url

    def get_stack_from_s3_url(template_url: str, **kwargs):
        return original(template_url.replace("//127.0.0.1", "//localhost"), **kwargs)

    models.get_stack_from_s3_url = responses.get_stack_from_s3_url = get_stack_from_s3_url


main()
