// SPDX-License-Identifier: Apache-2.0
import CustomResources
import KubernetesModel

extension ObjectArgument {
    /// What `scan` takes.
    package static func scanned(_ text: String, for command: String) throws(CommandFailure) -> ObjectArgument {
        try ObjectArgument(
            parsing: text, of: [ScanPolicy.resource], for: command,
            misfits: [
                ImageWatch.resource.kind: Misfit(what: "an ImageWatch scans nothing") { name in
                    "to have it ask registries now: kubectl annotate --overwrite imagewatch \(name) reconcile.fluxcd.io/requestedAt=$(date -u +%FT%TZ)"
                },
                Channel.resource.kind: Misfit(what: "a Channel scans nothing") { name in
                    "write scanpolicy/NAME; watchbill explain channel/\(name) shows what waits to be delivered"
                },
                ScanReport.resource.kind: Misfit(what: "a ScanReport is what a scan left") { _ in
                    "write scanpolicy/NAME of a policy that matches the image, to have it scanned again"
                },
            ])
    }

    /// What `explain` and `capture` take: whatever the operator makes plans for.
    package static func explained(_ text: String, for command: String) throws(CommandFailure) -> ObjectArgument {
        try ObjectArgument(
            parsing: text, of: Replay.kinds.map { $0.resource }, for: command,
            misfits: [
                ScanReport.resource.kind: Misfit(what: "nothing is decided about a ScanReport") { name in
                    "write scanpolicy/NAME of a policy that matches its image; kubectl get scanreport \(name) -o yaml shows the report"
                }
            ])
    }

    /// The kind as its type.
    package var kind: (any CustomResource.Type)? { Replay.kinds.first { $0.resource == resource } }
}
