using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Messenger.Architecture.Tests;

/// <summary>Which folder uses which, by what the compiler bound: types of members, of bodies, of attributes and of generic arguments.</summary>
/// <remarks>A constant and a <c>nameof</c> leave no trace in what is compiled; they tie nothing that could not be moved.</remarks>
internal static class Uses
{
    /// <summary>One use: the folder and type that use, and the folder and type that are used. A folder is the first three parts of a namespace.</summary>
    public sealed record Use(string From, string Type, string To, string Used);

    /// <summary>All uses of the product's own types between two folders of the given assembly, and from it to other assemblies.</summary>
    public static List<Use> Of(string assemblyPath)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(assemblyPath);
        List<Use> uses = [];
        foreach (var type in assembly.MainModule.GetTypes().Where(type => IsOurs(Outermost(type).Namespace)))
        {
            var outer = Outermost(type);
            uses.AddRange(Named(type)
                .Select(Outermost)
                .Where(used => IsOurs(used.Namespace) && Folder(used.Namespace) != Folder(outer.Namespace))
                .Select(used => new Use(Folder(outer.Namespace), outer.Name, Folder(used.Namespace), used.Name)));
        }

        return [.. uses.Distinct()];
    }

    /// <summary>Sets of folders each of which can be reached from each other one.</summary>
    public static List<string[]> Circles(IEnumerable<Use> uses)
    {
        var arrows = uses.ToLookup(use => use.From, use => use.To);
        var reached = arrows.ToDictionary(from => from.Key, from => Reach(arrows, from.Key));
        return [.. reached.Keys
            .Where(folder => reached[folder].Contains(folder))
            .GroupBy(folder => string.Join(' ', reached[folder].Where(other => reached.TryGetValue(other, out var back) && back.Contains(folder)).Order()))
            .Select(circle => circle.Order().ToArray())];
    }

    private static HashSet<string> Reach(ILookup<string, string> arrows, string start)
    {
        HashSet<string> seen = [];
        Stack<string> open = new(arrows[start]);
        while (open.TryPop(out var next))
        {
            if (seen.Add(next))
            {
                foreach (var further in arrows[next])
                {
                    open.Push(further);
                }
            }
        }

        return seen;
    }

    private static bool IsOurs(string space) => space == "Messenger" || space.StartsWith("Messenger.", StringComparison.Ordinal);

    private static string Folder(string space) => string.Join('.', space.Split('.').Take(3));

    private static TypeReference Outermost(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type;
    }

    private static IEnumerable<TypeReference> Named(TypeDefinition type)
    {
        List<TypeReference?> named = [type.BaseType, .. type.Interfaces.Select(one => one.InterfaceType), .. Attributes(type)];
        named.AddRange(type.GenericParameters.SelectMany(parameter => parameter.Constraints.Select(constraint => constraint.ConstraintType)));
        foreach (var field in type.Fields)
        {
            named.Add(field.FieldType);
            named.AddRange(Attributes(field));
        }

        foreach (var method in type.Methods)
        {
            named.AddRange(Attributes(method));
            named.AddRange(Signature(method));
            named.AddRange(method.HasBody ? Body(method.Body) : []);
        }

        return named.OfType<TypeReference>().SelectMany(Parts);
    }

    private static IEnumerable<TypeReference?> Attributes(ICustomAttributeProvider provider) =>
        provider.CustomAttributes.SelectMany(attribute => attribute.ConstructorArguments
            .Select(argument => argument.Value as TypeReference)
            .Prepend(attribute.AttributeType));

    private static IEnumerable<TypeReference> Signature(IMethodSignature method) =>
        method.Parameters.Select(parameter => parameter.ParameterType).Prepend(method.ReturnType);

    private static IEnumerable<TypeReference?> Body(MethodBody body)
    {
        foreach (var variable in body.Variables)
        {
            yield return variable.VariableType;
        }

        foreach (var operand in body.Instructions.Select(instruction => instruction.Operand))
        {
            switch (operand)
            {
                case TypeReference type:
                    yield return type;
                    break;
                case MethodReference method:
                    yield return method.DeclaringType;
                    foreach (var part in Signature(method).Concat(method is GenericInstanceMethod generic ? generic.GenericArguments : []))
                    {
                        yield return part;
                    }

                    break;
                case FieldReference field:
                    yield return field.DeclaringType;
                    yield return field.FieldType;
                    break;
            }
        }
    }

    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType),
        GenericParameter => [],
        TypeSpecification wrapped => Parts(wrapped.ElementType),
        _ => [type],
    };
}
