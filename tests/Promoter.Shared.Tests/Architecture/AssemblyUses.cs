using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Promoter.Tests.Architecture;

/// <summary>
/// Reads from an assembly which type uses which: bases, interfaces, attributes, signatures, locals and every token in the code. What the compiler
/// wrote down is the truth, whatever the using directives say; only constants and <c>nameof</c> leave no trace.
/// </summary>
internal sealed class AssemblyUses
{
    private static readonly Dictionary<int, OpCode> OpCodesByValue = typeof(OpCodes).GetFields()
        .Select(field => field.GetValue(null)).OfType<OpCode>().ToDictionary(code => (int)(ushort)code.Value);

    private readonly MetadataReader _metadata;
    private readonly PEReader _image;
    private readonly HashSet<TypeUse> _uses = [];

    private AssemblyUses(PEReader image)
    {
        _image = image;
        _metadata = image.GetMetadataReader();
    }

    public static IReadOnlySet<TypeUse> Read(string path)
    {
        using var image = new PEReader(File.OpenRead(path));
        var reader = new AssemblyUses(image);
        foreach (var handle in reader._metadata.TypeDefinitions)
        {
            reader.ReadType(handle);
        }

        return reader._uses;
    }

    private void ReadType(TypeDefinitionHandle handle)
    {
        var type = _metadata.GetTypeDefinition(handle);
        var types = new UsedTypes(_metadata);
        types.Add(type.BaseType);
        foreach (var implementation in type.GetInterfaceImplementations())
        {
            types.Add(_metadata.GetInterfaceImplementation(implementation).Interface);
        }

        foreach (var parameter in type.GetGenericParameters())
        {
            AddConstraints(types, parameter);
        }

        foreach (var field in type.GetFields())
        {
            _metadata.GetFieldDefinition(field).DecodeSignature(types, genericContext: null);
        }

        foreach (var property in type.GetProperties())
        {
            _metadata.GetPropertyDefinition(property).DecodeSignature(types, genericContext: null);
        }

        foreach (var method in type.GetMethods())
        {
            ReadMethod(types, _metadata.GetMethodDefinition(method));
        }

        foreach (var attribute in AttributesOf(type))
        {
            types.Add(_metadata.GetCustomAttribute(attribute).Constructor);
        }

        var user = types.NameOf(handle);
        _uses.UnionWith(types.Names.Where(used => used != user).Select(used => new TypeUse(user, used)));
    }

    private IEnumerable<CustomAttributeHandle> AttributesOf(TypeDefinition type) => type.GetCustomAttributes()
        .Concat(type.GetFields().SelectMany(field => _metadata.GetFieldDefinition(field).GetCustomAttributes()))
        .Concat(type.GetMethods().SelectMany(method => _metadata.GetMethodDefinition(method).GetCustomAttributes()))
        .Concat(type.GetProperties().SelectMany(property => _metadata.GetPropertyDefinition(property).GetCustomAttributes()));

    private void AddConstraints(UsedTypes types, GenericParameterHandle parameter)
    {
        foreach (var constraint in _metadata.GetGenericParameter(parameter).GetConstraints())
        {
            types.Add(_metadata.GetGenericParameterConstraint(constraint).Type);
        }
    }

    private void ReadMethod(UsedTypes types, MethodDefinition method)
    {
        method.DecodeSignature(types, genericContext: null);
        foreach (var parameter in method.GetGenericParameters())
        {
            AddConstraints(types, parameter);
        }

        if (method.RelativeVirtualAddress == 0)
        {
            return;
        }

        var body = _image.GetMethodBody(method.RelativeVirtualAddress);
        types.Add(body.LocalSignature);
        foreach (var region in body.ExceptionRegions.Where(region => region.Kind == ExceptionRegionKind.Catch))
        {
            types.Add(region.CatchType);
        }

        ReadCode(types, body.GetILReader());
    }

    private static void ReadCode(UsedTypes types, BlobReader code)
    {
        while (code.RemainingBytes > 0)
        {
            int value = code.ReadByte();
            if (value == 0xFE)
            {
                value = 0xFE00 | code.ReadByte();
            }

            switch (OpCodesByValue[value].OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType or OperandType.InlineSig:
                    types.Add((EntityHandle)MetadataTokens.Handle(code.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    // Read first: "Offset += …" takes the old offset before the count moves it.
                    var targets = code.ReadInt32();
                    code.Offset += 4 * targets;
                    break;
                case var operand:
                    code.Offset += SizeOf(operand);
                    break;
            }
        }
    }

    private static int SizeOf(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };
}
