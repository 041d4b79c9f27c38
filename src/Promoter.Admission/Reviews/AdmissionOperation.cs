namespace Promoter.Admission.Reviews;

/// <summary>What is done to the object (admission/v1, <c>request.operation</c>).</summary>
internal enum AdmissionOperation
{
    Create,
    Update,
    Delete,
    Connect,
}
