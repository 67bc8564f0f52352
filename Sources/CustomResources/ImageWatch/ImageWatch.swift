// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

/// A tenant's wish to know what is newer than what its namespace runs.
package struct ImageWatch: SpecifiedResource {
    package static let resource = ResourceType(
        group: CustomResourceDefinition.group, version: "v1alpha1", kind: "ImageWatch", plural: "imagewatches")

    package var metadata: ObjectMetadata
    package var spec: ImageWatchSpec
    /// The status as the API has it.
    package var observedStatus: JSONValue?

    package init(metadata: ObjectMetadata, spec: ImageWatchSpec, observedStatus: JSONValue? = nil) {
        self.metadata = metadata
        self.spec = spec
        self.observedStatus = observedStatus
    }

    /// The images that the status remembers.
    package var observedImages: [ImageWatchStatus.Image] {
        (observedStatus?["images"]?.arrayValue ?? []).compactMap(ImageWatchStatus.Image.init(json:))
    }

    /// What the status remembers of images that it does not list.
    package var observedOmitted: [UInt32: UInt32] {
        ImageWatchStatus.omitted(from: observedStatus?["omitted"]?.stringValue)
    }

    /// Fingerprints of the failing images that channels know of, as the status remembers them.
    package var observedToldFailing: Set<String> {
        Set((observedStatus?["toldFailing"]?.arrayValue ?? []).compactMap(\.stringValue))
    }
}

extension ImageWatch: Notifier {
    package static func phrase(_ event: String, count: Int) -> String? {
        ImageWatchSpec.NoticeEvent(rawValue: event)?.phrase(count)
    }
}
