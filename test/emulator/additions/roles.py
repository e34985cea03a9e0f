"""Managed policies are attached to a role by its ManagedPolicyArns, and detached when it is deleted: moto's CloudFormation reads over that property."""

from moto.iam.models import Role, iam_backends
from moto.utilities.utils import get_partition


def register() -> None:
    original = Role.create_from_cloudformation_json

    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        role = original(resource_name, cloudformation_json, account_id, region_name, **kwargs)
        arns = cloudformation_json["Properties"].get("ManagedPolicyArns", [])
        assert not (arns and role.managed_policies), "moto has learned to attach them: this file can go"
        for arn in arns:
            iam_backends[account_id][get_partition(region_name)].attach_role_policy(arn, role.name)
        return role

    delete = Role.delete_from_cloudformation_json

    def delete_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name) -> None:
        backend = iam_backends[account_id][get_partition(region_name)]
        for arn in list(backend.get_role(resource_name).managed_policies):
            backend.detach_role_policy(arn, resource_name)
        delete(resource_name, cloudformation_json, account_id, region_name)

    Role.create_from_cloudformation_json = classmethod(create_from_cloudformation_json)
    Role.delete_from_cloudformation_json = classmethod(delete_from_cloudformation_json)
