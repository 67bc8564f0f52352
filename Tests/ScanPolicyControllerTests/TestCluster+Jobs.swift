// SPDX-License-Identifier: Apache-2.0
import CustomResources
import KubernetesModel
import Planning

@testable import ScanPolicyController

/// What the Job controller and the nodes do.
extension TestCluster {
    /// Gives every unfinished Job a Pod whose courier has ended, and ends the Job.
    mutating func runJobs() {
        for job in unfinishedJobs {
            addScanPod(of: job.key, courier: .terminated(exitCode: 0, reason: "Completed"), phase: .succeeded)
            finish(job.key, .complete)
        }
    }

    mutating func finish(_ key: ObjectKey, _ completion: Job.Completion) {
        let now = now
        update(job: key) {
            $0.completion = completion
            $0.finishTime = now
        }
    }

    mutating func addScanPod(
        of key: ObjectKey, courier: ContainerStatus.State, phase: Pod.Phase, change: (inout Pod) -> Void = { _ in }
    ) {
        guard let job = world[Job.self].object(key) else { return }
        let configuration = world.configuration
        add(pod: "\(key.name)-pod", in: key.namespace) { pod in
            pod.metadata.labels = ScanJob.labels
            pod.metadata.ownerReferences = [job.ownerReference]
            pod.phase = phase
            pod.containers = [
                Container(
                    name: ScanJob.scannerContainer, image: configuration.scanner.image, role: .initialization),
                Container(
                    name: ScanJob.courierContainer, image: configuration.courierImage,
                    status: ContainerStatus(imageID: "", state: courier)),
            ]
            change(&pod)
        }
    }
}
