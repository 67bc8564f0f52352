// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// Where notices go: a receiver, and how it is spoken to.
package struct Channel: SpecifiedResource {
    package static let resource = ResourceType(
        group: CustomResourceDefinition.group, version: "v1alpha1", kind: "Channel", plural: "channels")

    package var metadata: ObjectMetadata
    package var spec: ChannelSpec
    /// The status as the API has it.
    package var observedStatus: JSONValue?

    package init(metadata: ObjectMetadata, spec: ChannelSpec, observedStatus: JSONValue? = nil) {
        self.metadata = metadata
        self.spec = spec
        self.observedStatus = observedStatus
    }

    /// The notices that the status says are over; who lists them takes them out.
    package var settled: [ChannelStatus.Settlement] {
        (observedStatus?["settled"]?.arrayValue ?? []).prefix(ChannelStatus.maximumSettled).compactMap(
            ChannelStatus.Settlement.init(json:))
    }

    /// True when objects of that namespace may name the channel. Another's channel is nobody's business, but the operator's
    /// own namespace may offer some.
    package func serves(_ namespace: String, root: String) -> Bool {
        if metadata.namespace == namespace { return true }
        guard metadata.namespace == root, let offered = spec.offeredTo else { return false }
        return offered.contains(namespace) || offered.contains("*")
    }
}
