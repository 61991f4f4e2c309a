import { describeIndexer } from './indexer-cases.ts';
import { openRealStack } from './indexer-real-stack.ts';

describeIndexer('Kafka and Elasticsearch', openRealStack);
