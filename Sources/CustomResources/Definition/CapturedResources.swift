// SPDX-License-Identifier: Apache-2.0
import Essentials
import FoundationEssentials
import JSONScan
import KubernetesModel

extension ScanPolicy: CapturedObject {
    package var captured: JSONValue {
        .compact(["metadata": metadata.captured, "spec": spec.json, "status": observedStatus])
    }
}

extension ScanReport: CapturedObject {
    package var captured: JSONValue {
        var members = body
        members["metadata"] = metadata.captured
        return .object(members)
    }
}

extension Channel: CapturedObject {
    /// Without the address of the receiver: it may be a secret.
    package var captured: JSONValue {
        .compact(["metadata": metadata.captured, "spec": masked.spec.json, "status": observedStatus])
    }

    /// The same without anything that may be a secret; it is judged the same.
    package var masked: Channel {
        var copy = self
        copy.spec.webhook = spec.webhook?.masked
        return copy
    }
}

extension ImageWatch: CapturedObject {
    package var captured: JSONValue {
        .compact(["metadata": metadata.captured, "spec": spec.json, "status": observedStatus])
    }

    /// The same as far as a ScanPolicy looks at it: what is outdated, and as whom it is scanned.
    package var comparing: ImageWatch {
        var reduced = ImageWatchSpec()
        (reduced.suspend, reduced.qualification) = (spec.suspend, spec.qualification)
        reduced.workloads = spec.workloads?.namespaceSelector.map { .init(namespaceSelector: $0) }
        reduced.credentials = spec.credentials?.secretRef.map { .init(secretRef: $0) }
        let outdated = observedImages.filter { $0.outdated == true }.map { image in
            var kept = ImageWatchStatus.Image(image: image.image)
            (kept.latest, kept.outdated) = (image.latest, true)
            return kept.json
        }
        return ImageWatch(
            metadata: metadata, spec: reduced,
            observedStatus: outdated.isEmpty ? nil : ["images": .array(outdated)])
    }
}

extension ScanPolicySpec {
    /// As it stands in an object; absent members are absent.
    package var json: JSONValue { .encoding(self) }
}

extension ImageWatchSpec {
    fileprivate var json: JSONValue { .encoding(self) }
}

extension ChannelSpec {
    fileprivate var json: JSONValue { .encoding(self) }
}

extension ChannelSpec.Webhook {
    /// As it may be shown: of a URL only where it leads.
    package var json: JSONValue { .encoding(masked) }

    /// The same without what may be a secret.
    package var masked: ChannelSpec.Webhook {
        var copy = self
        copy.url = url.map(WebhookURL.masked)
        return copy
    }
}

extension JSONValue {
    fileprivate static func encoding(_ spec: some Encodable) -> JSONValue {
        do {
            return try JSONValue(parsing: Array(try JSONEncoder().encode(spec)))
        } catch {
            // A value of our own that cannot be written would not have been read.
            return [:]
        }
    }
}
