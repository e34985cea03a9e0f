"""iam:SimulatePrincipalPolicy for roles, which moto lacks, answered by moto's own matching of statements.

moto evaluates `StringEquals` only: a statement with another operator is taken as if that condition held.
"""

import json

from moto.core.responses import ActionResult
from moto.iam.access_control import IAMPolicyStatement, PermissionResult
from moto.iam.responses import IamResponse


def statements(backend, role_name: str) -> list:
    documents = [backend.get_role_policy(role_name, name)[1] for name in backend.list_role_policies(role_name)]
    for policy in backend.list_attached_role_policies(role_name)[0]:
        documents.append(next(version.document for version in policy.versions if version.is_default))
    found = []
    for document in documents:
        statement = json.loads(document)["Statement"] if isinstance(document, str) else document["Statement"]
        found += statement if isinstance(statement, list) else [statement]
    return found


def applies(statement: dict, action: str, resource: str, context: dict) -> bool:
    # moto answers DENIED for a condition that is not met, whatever the effect: so it is asked about a statement that allows
    answer = IAMPolicyStatement({**statement, "Effect": "Allow"}).is_action_permitted(action, resource, None, context)
    return answer == PermissionResult.PERMITTED


def decide(all_statements: list, action: str, resource: str, context: dict) -> str:
    effects = {statement["Effect"] for statement in all_statements if applies(statement, action, resource, context)}
    if "Deny" in effects:
        return "explicitDeny"
    return "allowed" if "Allow" in effects else "implicitDeny"


def simulate_principal_policy(self) -> ActionResult:
    role_name = self._get_param("PolicySourceArn").split(":role/")[1].split("/")[-1]
    context = {entry["ContextKeyName"]: entry["ContextKeyValues"][0] for entry in self._get_param("ContextEntries", [])}
    all_statements = statements(self.backend, role_name)
    results = [
        {"EvalActionName": action, "EvalResourceName": resource, "EvalDecision": decide(all_statements, action, resource, context)}
        for action in self._get_param("ActionNames", [])
        for resource in self._get_param("ResourceArns", ["*"])
    ]
    return ActionResult({"EvaluationResults": results, "IsTruncated": False})


def register() -> None:
    assert not hasattr(IamResponse, "simulate_principal_policy"), "moto has learned it: this file can go"
    IamResponse.simulate_principal_policy = simulate_principal_policy
