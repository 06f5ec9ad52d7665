using k8s.Models;

namespace Messenger.Helm.Tests;

/// <summary>A pod that the chart makes, by whatever kind of object.</summary>
internal sealed record Pod(string Owner, IDictionary<string, string> Labels, IDictionary<string, string>? Annotations, V1PodSpec Spec)
{
    public static IReadOnlyList<Pod> All(Rendered rendered) =>
    [
        .. rendered.All<V1Deployment>().Select(one => From(one.Metadata.Name, one.Spec.Template)),
        .. rendered.All<V1StatefulSet>().Select(one => From(one.Metadata.Name, one.Spec.Template)),
        .. rendered.All<V1Job>().Select(one => From(one.Metadata.Name, one.Spec.Template)),
        .. rendered.All<V1Pod>().Select(one => new Pod(one.Metadata.Name, one.Metadata.Labels, one.Metadata.Annotations, one.Spec)),
    ];

    private static Pod From(string owner, V1PodTemplateSpec template) => new(owner, template.Metadata.Labels, template.Metadata.Annotations, template.Spec);
}
