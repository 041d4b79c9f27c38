using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;
using Amazon.Util;

namespace Promoter.Aws.Ecr.Runtime;

/// <summary>One operation of a JSON 1.1 service: a target header, and a body that source-generated serializers write and read.</summary>
internal sealed class JsonOperation<TRequest, TResponse>(
    string service, string version, string target, JsonTypeInfo<TRequest> request, JsonTypeInfo<TResponse> response)
    where TRequest : AmazonWebServiceRequest
    where TResponse : AmazonWebServiceResponse
{
    public InvokeOptions Options { get; } = new()
    {
        RequestMarshaller = new Marshaller(service, version, target, request),
        ResponseUnmarshaller = new Unmarshaller(response),
    };

    private sealed class Marshaller(string service, string version, string target, JsonTypeInfo<TRequest> type) : IMarshaller<IRequest, AmazonWebServiceRequest>
    {
        public IRequest Marshall(AmazonWebServiceRequest input)
        {
            var request = new DefaultRequest(input, service) { HttpMethod = "POST", ResourcePath = "/" };
            request.Headers["X-Amz-Target"] = target;
            request.Headers["Content-Type"] = "application/x-amz-json-1.1";
            request.Headers[HeaderKeys.XAmzApiVersion] = version;
            request.Content = JsonSerializer.SerializeToUtf8Bytes((TRequest)input, type);
            return request;
        }
    }

    private sealed class Unmarshaller(JsonTypeInfo<TResponse> type) : JsonResponseUnmarshaller
    {
        public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext input) =>
            JsonSerializer.Deserialize(input.Stream, type) ?? throw new JsonException("the service answered with JSON null");

        public override AmazonServiceException UnmarshallException(JsonUnmarshallerContext input, Exception innerException, HttpStatusCode statusCode)
        {
            var reader = new StreamingUtf8JsonReader(input.Stream);
            var error = JsonErrorResponseUnmarshaller.GetInstance().Unmarshall(input, ref reader);
            error.InnerException = innerException;
            error.StatusCode = statusCode;
            return AmazonECRException.Create(error, input.GetResponseBodyBytes());
        }
    }
}
