// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// A tenant's wish that the images of its namespace be scanned.
package struct ScanPolicy: SpecifiedResource {
    package static let resource = ResourceType(
        group: CustomResourceDefinition.group, version: "v1alpha1", kind: "ScanPolicy", plural: "scanpolicies")

    package var metadata: ObjectMetadata
    package var spec: ScanPolicySpec
    /// The status as the API has it.
    package var observedStatus: JSONValue?

    package init(metadata: ObjectMetadata, spec: ScanPolicySpec, observedStatus: JSONValue? = nil) {
        self.metadata = metadata
        self.spec = spec
        self.observedStatus = observedStatus
    }
}
